import AccessIcon from '@mui/icons-material/AdminPanelSettingsOutlined';
import { Menu } from 'react-admin';

export const PanelMenu = () => (
  <Menu>
    <Menu.DashboardItem />
    <Menu.ResourceItem name="clients" />
    <Menu.ResourceItem name="users" />
    <Menu.ResourceItem name="tokens" />
    <Menu.ResourceItem name="audit" />
    <Menu.Item to="/access" primaryText="Access" leftIcon={<AccessIcon />} />
  </Menu>
);
