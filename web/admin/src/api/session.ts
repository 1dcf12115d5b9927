// The session as the server told it: in memory alone, gone with the page.
import { useSyncExternalStore } from 'react';
import type { Session } from './types';

let current: Session | null = null;
let lastSeen = 0;
const listeners = new Set<() => void>();

const tell = () => listeners.forEach((listener) => listener());

export const getSession = () => current;

export function setSession(session: Session | null) {
  current = session;
  lastSeen = Date.now();
  tell();
}

/** The server has seen us: the idle limit starts anew. */
export function markSeen() {
  lastSeen = Date.now();
}

/** When the session ends if nothing more is done, in milliseconds since 1970. */
export const sessionEnd = (session: Session) =>
  Math.min(lastSeen + session.idle_seconds * 1000, Date.parse(session.expires_at));

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

export const useSession = () => useSyncExternalStore(subscribe, getSession);

/** Whether the one logged in may change things; an auditor only looks. */
export const useMayChange = () => useSession()?.role === 'administrator';
