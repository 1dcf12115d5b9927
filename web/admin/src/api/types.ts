// What the panel's server answers, in the words of its OpenAPI document.
import type { components } from './schema';

/** A page of a list; `next` is the cursor to give as `after`. */
export interface Page<Item> {
  items: Item[];
  next: string | null;
  total: number | null;
}

type Schemas = components['schemas'];
export type Role = Schemas['AdminRole'];
export type LoginOptions = Schemas['AdminLogin'];
export type Session = Schemas['AdminSession'];
export type SessionItem = Schemas['AdminSessionItem'];
export type Administrator = Schemas['Administrator'];
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
