// VitePress' own theme, in the reader's own fonts.

import Theme from 'vitepress/theme-without-fonts';
import './site.css';

export default Theme;
