import { defaultDarkTheme, defaultLightTheme } from 'react-admin';
import type { RaThemeOptions } from 'react-admin';

const FONTS = 'system-ui, -apple-system, "Segoe UI", "DejaVu Sans", Roboto, Helvetica, sans-serif';

const shared: RaThemeOptions = {
  typography: {
    fontFamily: FONTS,
    h1: { fontSize: '1.6rem', fontWeight: 600 },
    h2: { fontSize: '1.15rem', fontWeight: 600 },
  },
  shape: { borderRadius: 8 },
  sidebar: { width: 200, closedWidth: 56 },
};

const components = (theme: RaThemeOptions): RaThemeOptions['components'] => ({
  ...theme.components,
  MuiButton: { defaultProps: { disableElevation: true }, styleOverrides: { root: plain } },
  MuiTooltip: { defaultProps: { describeChild: true } },
});

const plain = { textTransform: 'none' as const };

export const lightTheme: RaThemeOptions = {
  ...defaultLightTheme,
  ...shared,
  palette: {
    mode: 'light',
    primary: { main: '#0b5a8f' },
    secondary: { main: '#123a56', contrastText: '#ffffff' },
    background: { default: '#f5f7f9', paper: '#ffffff' },
    success: { main: '#1b6e3c' },
    warning: { main: '#8a5200' },
    error: { main: '#b3261e' },
    info: { main: '#0b5a8f' },
    text: { primary: '#1a1f24', secondary: '#4d5761' },
  },
  components: components(defaultLightTheme),
};

export const darkTheme: RaThemeOptions = {
  ...defaultDarkTheme,
  ...shared,
  palette: {
    mode: 'dark',
    primary: { main: '#8ac6f2' },
    secondary: { main: '#1c2a35', contrastText: '#ffffff' },
    background: { default: '#11161b', paper: '#1a2129' },
    success: { main: '#7fd49b' },
    warning: { main: '#f0b860' },
    error: { main: '#ff9e96' },
    info: { main: '#8ac6f2' },
    text: { primary: '#eef2f5', secondary: '#b3bec8' },
  },
  components: components(defaultDarkTheme),
};

/** Colours of the lines of a chart, by place; each has a pattern of its own as well. */
export const chartColors = {
  light: ['#0b5a8f', '#1b6e3c', '#b3261e', '#8a5200'],
  dark: ['#8ac6f2', '#7fd49b', '#ff9e96', '#f0b860'],
};
