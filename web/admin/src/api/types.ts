// What the panel's server answers, in the words of its OpenAPI document.
import type { components } from './schema';

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

type Schemas = components['schemas'];
export type Client = Schemas['AdminClient'];
export type User = Schemas['AdminUser'];
export type Token = Schemas['AdminToken'];
export type AuditRow = Schemas['AdminAuditRow'];
export type AuditCheck = Schemas['AdminAuditCheck'];
export type Overview = Schemas['AdminOverview'];

/** How far a change that takes something back has come. */
export interface Fence {
  fenced?: boolean;
  epoch?: number | null;
}

export interface Revoked extends Fence {
  revoked: number;
  missing?: number;
}

/** An error's body (RFC 9457). */
export interface Problem {
  status?: number;
  code?: string;
  title?: string;
  detail?: string;
  errors?: { field: string; message: string }[];
}
