import { api } from '../api/http';
import type { Fence } from '../api/types';
import { fenceWords } from '../api/words';
import { ActionDialog } from '../components/ActionDialog';

interface Props {
  kind: 'client' | 'user';
  id: string;
  name: string;
  /** As it is now; the dialog offers the opposite. */
  active: boolean;
  onClose: () => void;
}

const LOSS = {
  client: 'Its API key stops working, and all tokens of all its users end for good.',
  user: 'Its secret stops working, and all its tokens end for good.',
};

export const ActiveDialog = ({ kind, id, name, active, onClose }: Props) => {
  const change = async () => {
    const answer = await api.patch<Fence>(`/${kind}s/${id}`, { is_active: !active });
    const words = active ? `${name} is inactive.` : `${name} is active. New tokens can be issued.`;
    return { words: `${words} ${active ? fenceWords(answer) : ''}`.trim() };
  };
  return (
    <ActionDialog
      title={`${active ? 'Deactivate' : 'Activate'} ${name}?`}
      explanation={
        active
          ? `${LOSS[kind]} Activating it again brings none of them back.`
          : `Tokens that ended stay refused; new ones can be issued.`
      }
      submitLabel={active ? 'Deactivate' : 'Activate'}
      danger={active}
      onSubmit={change}
      onClose={onClose}
    />
  );
};
