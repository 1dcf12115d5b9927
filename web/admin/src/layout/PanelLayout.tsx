import { Layout } from 'react-admin';
import type { LayoutProps } from 'react-admin';
import { PanelAppBar } from './PanelAppBar';
import { PanelMenu } from './PanelMenu';
import { SessionWatch } from './SessionWatch';

export const PanelLayout = ({ children, ...props }: LayoutProps) => (
  <Layout {...props} appBar={PanelAppBar} appBarAlwaysOn menu={PanelMenu}>
    {children}
    <SessionWatch />
  </Layout>
);
