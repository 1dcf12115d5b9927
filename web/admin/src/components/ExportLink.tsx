import ExportIcon from '@mui/icons-material/DownloadOutlined';
import { Button } from '@mui/material';
import { useListContext } from 'react-admin';
import { API, withQuery } from '../api/http';
import { listQuery } from '../api/dataProvider';

/** Has the server stream all that the list's filters let through. */
export const ExportLink = ({ what }: { what: 'clients' | 'users' | 'tokens' | 'audit' }) => {
  const { filterValues, filter } = useListContext();
  const query = listQuery({ ...(filter as object), ...(filterValues as object) });
  return (
    <Button href={withQuery(`${API}/export/${what}`, query)} download startIcon={<ExportIcon />}>
      Export
    </Button>
  );
};
