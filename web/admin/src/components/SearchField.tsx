import { TextInput, useNotify } from 'react-admin';
import { looksLikeCredential } from '../api/words';

interface Props {
  source?: string;
  label: string;
  alwaysOn?: boolean;
}

/** What is searched becomes part of the address: a credential pasted here is not taken. */
export const SearchField = ({ source = 'search', label }: Props) => {
  const notify = useNotify();
  const parse = (text: string) => {
    if (!looksLikeCredential(text)) return text;
    notify('That looks like a credential. Search by name or id instead.', { type: 'warning' });
    return '';
  };
  return (
    <TextInput
      source={source}
      label={label}
      parse={parse}
      helperText={false}
      resettable
      slotProps={{ htmlInput: { autoComplete: 'off', spellCheck: false, type: 'search' } }}
    />
  );
};
