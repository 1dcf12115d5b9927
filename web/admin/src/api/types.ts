// What the panel's server answers, in the words of its OpenAPI document.

export type Role = 'administrator' | 'auditor';

export interface LoginOptions {
  openid: boolean;
  issuer?: string | null;
  environment: string;
}

export interface Session {
  email: string;
  role: Role;
  csrf_token: string;
  expires_at: string;
  idle_seconds: number;
  environment: string;
  version: string;
  default_client_id: string | null;
}

export interface SessionItem {
  id: string;
  email: string;
  role: Role;
  created_at: string;
  last_seen_at: string;
  expires_at: string;
  address: string;
  current: boolean;
}

export interface Administrator {
  email: string;
  role: Role;
  source: 'setting' | 'list';
  added_at: string | null;
  added_by: string | null;
}

/** A page of a list; `next` is the cursor to give as `after`. */
export interface Page<Item> {
  items: Item[];
  next: string | null;
  total: number | null;
}

export interface Client {
  id: string;
  name: string;
  is_active: boolean;
  created_at: string;
  api_key_preview: string;
  api_key_created_at: string;
  previous_api_key_expires_at: string | null;
  last_used_at: string | null;
  users: number;
}

export interface User {
  id: string;
  client_id: string;
  client_name: string;
  identifier: string;
  scopes: string[];
  is_active: boolean;
  created_at: string;
  secret_preview: string;
  secret_created_at: string;
  previous_secret_expires_at: string | null;
  last_used_at: string | null;
  newest_token: {
    preview: string;
    expires_at: string;
    created_by_username: string | null;
  } | null;
}

export type TokenState = 'live' | 'expired' | 'revoked';

export interface Token {
  id: string;
  user_id: string;
  username: string;
  client_id: string;
  client_name: string;
  preview: string;
  created_by_username: string | null;
  created_at: string;
  expires_at: string;
  revoked_at: string | null;
  last_used_at: string | null;
  state: TokenState;
}

export interface AuditRow {
  sequence: number;
  at: string;
  actor: string;
  actor_id: string | null;
  action: string;
  object: string | null;
  object_id: string | null;
  client_id: string | null;
  request_id: string | null;
  address: string | null;
  detail: string | null;
  hash: string;
}

export interface AuditCheck {
  checked_to: number;
  hash: string;
  newest: number;
  done: boolean;
  problem: string | null;
}

/** How far a change that takes something back has come. */
export interface Fence {
  fenced?: boolean;
  epoch?: number | null;
}

export interface Revoked extends Fence {
  revoked: number;
  missing?: number;
}

export interface Overview {
  clients: number;
  users: number;
  tokens_live: number | null;
  uptime_seconds: number;
  series: {
    step_seconds: number;
    from: string;
    issued: number[];
    accepted: number[];
    refused: Record<'malformed' | 'expired' | 'unknown' | 'revoked', number[]>;
  };
  expiring: { day: string; tokens: number }[];
  stale: { after_days: number; secrets: number; api_keys: number; unused_users: number };
}

/** An error's body (RFC 9457). */
export interface Problem {
  status?: number;
  code?: string;
  title?: string;
  detail?: string;
  errors?: { field: string; message: string }[];
}
