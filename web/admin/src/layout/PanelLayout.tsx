import { Layout } from 'react-admin';
import type { LayoutProps } from 'react-admin';
import { PanelAppBar } from './PanelAppBar';
import { PanelMenu } from './PanelMenu';
import { SessionWatch } from './SessionWatch';

// Wide tables scroll in their frames, not the page.
const sx = { minWidth: 0, '& .RaLayout-content': { minWidth: 0, maxWidth: '100%' } };

export const PanelLayout = ({ children, ...props }: LayoutProps) => (
  <Layout {...props} appBar={PanelAppBar} appBarAlwaysOn menu={PanelMenu} sx={sx}>
    {children}
    <SessionWatch />
  </Layout>
);
