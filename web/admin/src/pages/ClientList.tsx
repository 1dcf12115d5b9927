import { NewClientDialog } from '../actions/NewClientDialog';
import { ActionButton } from '../components/ActionButton';
import { EmptyWords, ListPage } from '../components/ListPage';
import { PageHeader } from '../components/PageHeader';
import { ClientTable } from '../components/tables';
import { ListButtons, activeFilter, search } from '../components/toolbars';

const NewClient = () => (
  <ActionButton label="New client" variant="contained">
    {(close) => <NewClientDialog onClose={close} />}
  </ActionButton>
);

export default function ClientList() {
  return (
    <>
      <PageHeader title="Clients">
        <NewClient />
      </PageHeader>
      <ListPage
        resource="clients"
        label="Clients"
        sort={{ field: 'created_at', order: 'DESC' }}
        filters={[search('Name begins with'), activeFilter]}
        actions={<ListButtons what="clients" />}
        empty={<EmptyWords>No clients yet. A client owns users, which get tokens.</EmptyWords>}
      >
        <ClientTable />
      </ListPage>
    </>
  );
}
