import AccessIcon from '@mui/icons-material/AdminPanelSettingsOutlined';
import { Box, Chip, ListItemIcon, ListItemText, MenuItem, Typography } from '@mui/material';
import { AppBar, LoadingIndicator, Logout, ToggleThemeButton, UserMenu } from 'react-admin';
import { useUserMenu } from 'react-admin';
import type { AppBarProps } from 'react-admin';
import { Link } from 'react-router-dom';
import { useSession } from '../api/session';

const AccessItem = () => {
  const menu = useUserMenu();
  return (
    <MenuItem component={Link} to="/access" onClick={menu?.onClose}>
      <ListItemIcon>
        <AccessIcon fontSize="small" />
      </ListItemIcon>
      <ListItemText>My sessions</ListItemText>
    </MenuItem>
  );
};

/** Where one is and what one may do, always in sight. */
const Whereabouts = () => {
  const session = useSession();
  if (!session) return null;
  const chip = {
    color: 'inherit',
    borderColor: 'rgba(255,255,255,0.6)',
    minWidth: 0,
    fontSize: { xs: '0.7rem', sm: '0.8rem' },
    '& .MuiChip-label': { px: { xs: 0.75, sm: 1 } },
  };
  return (
    <Box
      role="group"
      aria-label="Environment and role"
      sx={{ display: 'flex', gap: { xs: 0.5, sm: 1 }, minWidth: 0 }}
    >
      <Chip size="small" variant="outlined" sx={chip} label={session.environment} />
      <Chip size="small" variant="outlined" sx={chip} label={session.role} />
    </Box>
  );
};

/** Its name begins with what is written on it. */
const AccountMenu = () => (
  <UserMenu label={`${useSession()?.email ?? ''}: account`}>
    <AccessItem />
    <Logout />
  </UserMenu>
);

export const PanelAppBar = (props: AppBarProps) => (
  <AppBar
    {...props}
    toolbar={
      <>
        <ToggleThemeButton />
        <Box sx={{ display: { xs: 'none', sm: 'block' } }}>
          <LoadingIndicator />
        </Box>
      </>
    }
    userMenu={<AccountMenu />}
  >
    <Typography
      component="span"
      sx={{ fontWeight: 600, mr: 2, display: { xs: 'none', sm: 'inline' } }}
    >
      Claviger
    </Typography>
    <Whereabouts />
    <Box sx={{ flex: 1 }} />
  </AppBar>
);
