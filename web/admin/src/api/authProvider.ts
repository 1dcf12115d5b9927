import type { AuthProvider } from 'react-admin';
import { api, ApiError } from './http';
import { getSession, setSession } from './session';
import type { Session } from './types';

export const LOGIN = '/login';

export const authProvider: AuthProvider = {
  login: async () => undefined,
  logout: async () => {
    if (getSession()) {
      await api.delete('/session').catch(() => undefined);
      setSession(null);
    }
    return LOGIN;
  },
  checkAuth: async () => {
    if (getSession()) return;
    try {
      setSession(await api.get<Session>('/session'));
    } catch {
      throw Object.assign(new Error(), { message: false, redirectTo: LOGIN });
    }
  },
  checkError: async (error: unknown) => {
    if (error instanceof ApiError && error.status === 401) {
      setSession(null);
      throw Object.assign(new Error(), { message: false, redirectTo: '/login?ended' });
    }
  },
  getIdentity: async () => {
    const email = getSession()?.email ?? '';
    return { id: email, fullName: email };
  },
  getPermissions: async () => getSession()?.role,
  canAccess: async ({ action }) =>
    ['list', 'show', 'export'].includes(action) || getSession()?.role === 'administrator',
};
