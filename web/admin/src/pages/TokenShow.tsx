import { RevokeTokenDialog } from '../actions/RevokeDialogs';
import type { Token } from '../api/types';
import { ActionButton } from '../components/ActionButton';
import { ClientLink, Details, ExactWhen, Mono, StateChip, UserLink } from '../components/fields';
import { ShowPage } from '../components/ShowPage';

const buttons = (token: Token) =>
  token.state === 'live' && (
    <ActionButton label="Revoke" variant="contained" color="error">
      {(close) => <RevokeTokenDialog token={token} onClose={close} />}
    </ActionButton>
  );

const details = (token: Token) => (
  <Details
    rows={[
      ['State', <StateChip key="state" state={token.state} />],
      ['User', <UserLink key="user" id={token.user_id} name={token.username} />],
      ['Client', <ClientLink key="client" id={token.client_id} name={token.client_name} />],
      ['Id', <Mono key="id">{token.id}</Mono>],
      ['Issued', <ExactWhen key="issued" at={token.created_at} />],
      ['Issued by', token.created_by_username ?? 'the user'],
      ['Expires', <ExactWhen key="expires" at={token.expires_at} />],
      ['Revoked', <ExactWhen key="revoked" at={token.revoked_at} none="no" />],
      ['Last used', <ExactWhen key="used" at={token.last_used_at} />],
    ]}
  />
);

export default function TokenShow() {
  return (
    <ShowPage<Token>
      resource="tokens"
      kind="Token"
      title={(token) => token.preview}
      buttons={buttons}
      details={details}
    />
  );
}
