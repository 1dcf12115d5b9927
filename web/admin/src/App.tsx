import { lazy } from 'react';
import { Admin, CustomRoutes, Resource } from 'react-admin';
import ClientIcon from '@mui/icons-material/BusinessOutlined';
import UserIcon from '@mui/icons-material/SmartToyOutlined';
import TokenIcon from '@mui/icons-material/KeyOutlined';
import AuditIcon from '@mui/icons-material/FactCheckOutlined';
import { QueryClient } from '@tanstack/react-query';
import { Route } from 'react-router-dom';
import { authProvider } from './api/authProvider';
import { dataProvider } from './api/dataProvider';
import { PanelLayout } from './layout/PanelLayout';
import { LoginPage } from './pages/LoginPage';
import { LoginLinkPage } from './pages/LoginLinkPage';
import { panelStore } from './store';
import { darkTheme, lightTheme } from './theme';

const Dashboard = lazy(() => import('./pages/Dashboard'));
const ClientList = lazy(() => import('./pages/ClientList'));
const ClientShow = lazy(() => import('./pages/ClientShow'));
const UserList = lazy(() => import('./pages/UserList'));
const UserShow = lazy(() => import('./pages/UserShow'));
const TokenList = lazy(() => import('./pages/TokenList'));
const TokenShow = lazy(() => import('./pages/TokenShow'));
const AuditList = lazy(() => import('./pages/AuditList'));
const Access = lazy(() => import('./pages/Access'));

const store = panelStore();

// Coming back to the window (from a password manager, say) changes nothing on the page.
const queryClient = new QueryClient({
  defaultOptions: { queries: { refetchOnWindowFocus: false, retry: false } },
});

export const App = () => (
  <Admin
    title="Claviger"
    authProvider={authProvider}
    dataProvider={dataProvider}
    store={store}
    queryClient={queryClient}
    theme={lightTheme}
    darkTheme={darkTheme}
    dashboard={Dashboard}
    layout={PanelLayout}
    loginPage={LoginPage}
    requireAuth
    disableTelemetry
  >
    <Resource name="clients" icon={ClientIcon} list={ClientList} show={ClientShow} />
    <Resource name="users" icon={UserIcon} list={UserList} show={UserShow} />
    <Resource name="tokens" icon={TokenIcon} list={TokenList} show={TokenShow} />
    <Resource name="audit" icon={AuditIcon} list={AuditList} options={{ label: 'Audit trail' }} />
    <CustomRoutes>
      <Route path="/access" element={<Access />} />
    </CustomRoutes>
    <CustomRoutes noLayout>
      <Route path="/login/link/:code?" element={<LoginLinkPage />} />
    </CustomRoutes>
  </Admin>
);
