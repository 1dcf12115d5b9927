import { NewUserDialog } from '../actions/NewUserDialog';
import { ActionButton } from '../components/ActionButton';
import { EmptyWords, ListPage } from '../components/ListPage';
import { PageHeader } from '../components/PageHeader';
import { UserTable } from '../components/tables';
import { ListButtons, activeFilter, clientFilter, search } from '../components/toolbars';

export default function UserList() {
  return (
    <>
      <PageHeader title="Users">
        <ActionButton label="New user" variant="contained">
          {(close) => <NewUserDialog onClose={close} />}
        </ActionButton>
      </PageHeader>
      <ListPage
        resource="users"
        label="Users"
        sort={{ field: 'created_at', order: 'DESC' }}
        filters={[search('Identifier begins with'), activeFilter, clientFilter]}
        actions={<ListButtons what="users" />}
        empty={<EmptyWords>No users yet. A user is one integration of a client.</EmptyWords>}
      >
        <UserTable />
      </ListPage>
    </>
  );
}
