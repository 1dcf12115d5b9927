// What is said to people: errors, fences, times.
import { ApiError } from './http';
import type { Fence } from './types';

const ERRORS: Record<string, string> = {
  unreachable: 'The server cannot be reached. Is it running, and are you online?',
  no_session: 'Your session has ended. Please log in again.',
  csrf: 'The server did not accept that this page sent the request. Reload the page and try again.',
  auditor: 'An auditor can look at everything and change nothing. This attempt was recorded.',
  invalid_link: 'This link is wrong, has expired or was used already. Ask for a new one.',
  rate_limited: 'Too many attempts. Please wait a little and try again.',
  fence_incomplete: 'This is stored, but not every node has confirmed it yet.',
};

/** Codes of `#/login?error=CODE`. */
export const LOGIN_ERRORS: Record<string, string> = {
  not_allowed: 'This address is not on the list of administrators. Ask an administrator to add it.',
  not_verified: 'Your provider has not verified this e-mail address, so it cannot be used here.',
  expired: 'That login took too long or was used already. Please try again.',
  failed: 'The login did not work. Please try again, or use a one-time link.',
};

export function errorWords(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Something went wrong in this page. Please reload it.';
  const detail = error.body.detail ?? '';
  if (error.code === 'fence_incomplete') {
    const after = error.retryAfter ? ` Repeat it in ${error.retryAfter} s to be certain.` : '';
    return `${ERRORS.fence_incomplete} ${detail}${after}`;
  }
  return ERRORS[error.code] ?? (detail || error.message);
}

/** Messages of the fields that the server did not accept. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  return Object.fromEntries((error.body.errors ?? []).map((e) => [e.field, e.message]));
}

/** The promise, in words; nothing where nothing was taken back. */
export const fenceWords = (fence: Fence) =>
  fence.fenced ? `Refused by every node since epoch ${fence.epoch ?? '?'}.` : '';

const DATE_TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
const FAR = 60 * 86400;
const DAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });
const NUMBER = new Intl.NumberFormat('en-GB');
const RELATIVE = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' });

export const dateTime = (time: string | number) => DATE_TIME.format(new Date(time));
export const dayWords = (day: string) => DAY.format(new Date(`${day}T00:00:00`));
export const numberWords = (n: number) => NUMBER.format(n);
export const plural = (n: number, one: string, many = `${one}s`) =>
  `${numberWords(n)} ${n === 1 ? one : many}`;

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
];

export const isFar = (time: string, now = Date.now()) =>
  Math.abs(Date.parse(time) - now) >= FAR * 1000;

/** "3 days ago"; a date where that is too far away to mean much. */
export function relativeTime(time: string, now = Date.now()) {
  const seconds = (Date.parse(time) - now) / 1000;
  if (isFar(time, now)) return DATE.format(new Date(time));
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return RELATIVE.format(Math.trunc(seconds / size), unit);
  }
  return seconds < 0 ? 'just now' : 'in a moment';
}

/** Credentials have no place in a search: it is part of the address. */
export const looksLikeCredential = (text: string) => /sk-(client|user)-|eyJ[\w-]{8}/.test(text);
