import { Button } from '@mui/material';
import type { ButtonProps } from '@mui/material';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useMayChange } from '../api/session';

interface Props extends Omit<ButtonProps, 'children'> {
  label: string;
  /** The dialog that the button opens; not there for those who may only look. */
  children: (close: () => void) => ReactNode;
}

export const ActionButton = ({ label, children, ...rest }: Props) => {
  const [open, setOpen] = useState(false);
  if (!useMayChange()) return null;
  return (
    <>
      <Button variant="outlined" {...rest} onClick={() => setOpen(true)}>
        {label}
      </Button>
      {open && children(() => setOpen(false))}
    </>
  );
};
