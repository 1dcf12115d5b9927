import { useEffect, useState } from 'react';
import { api } from '../api/http';
import { getSession } from '../api/session';
import type { Client } from '../api/types';
import type { ClientChoice } from '../components/ClientPicker';

/** The client to begin with: the one given, or the server's own default client. */
export function useDefaultClient(fixed?: ClientChoice) {
  const [client, setClient] = useState<ClientChoice | null>(fixed ?? null);
  useEffect(() => {
    const id = getSession()?.default_client_id;
    if (fixed || !id) return undefined;
    let current = true;
    api.get<Client>(`/clients/${id}`).then(
      (found) => current && setClient((chosen) => chosen ?? found),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [fixed]);
  return [client, setClient] as const;
}
