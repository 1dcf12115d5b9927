import { NewTokenDialog } from '../actions/NewTokenDialog';
import { ActionButton } from '../components/ActionButton';
import { EmptyWords, ListPage } from '../components/ListPage';
import { PageHeader } from '../components/PageHeader';
import { TokenTable } from '../components/tables';
import { ListButtons, clientFilter, tokenFilter } from '../components/toolbars';

export default function TokenList() {
  return (
    <>
      <PageHeader title="Tokens">
        <ActionButton label="New token" variant="contained">
          {(close) => <NewTokenDialog onClose={close} />}
        </ActionButton>
      </PageHeader>
      <ListPage
        resource="tokens"
        label="Tokens"
        sort={{ field: 'created_at', order: 'DESC' }}
        filters={[tokenFilter, clientFilter]}
        actions={<ListButtons what="tokens" />}
        empty={<EmptyWords>No tokens yet. Users get them by their secrets.</EmptyWords>}
      >
        <TokenTable />
      </ListPage>
    </>
  );
}
