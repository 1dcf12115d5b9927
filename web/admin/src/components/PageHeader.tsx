import { Box, Typography } from '@mui/material';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { useLocation } from 'react-router-dom';
import { useSession } from '../api/session';

export function useDocumentTitle(title: string) {
  const environment = useSession()?.environment;
  useEffect(() => {
    document.title = [title, 'Claviger', environment].filter(Boolean).join(' – ');
  }, [title, environment]);
}

let lastPath: string | null = null;

interface Props {
  title: string;
  children?: ReactNode;
}

/** A page's heading, with its buttons. Takes the focus when one comes from another page, so that
 * a screen reader tells where one is. */
export const PageHeader = ({ title, children }: Props) => {
  const { pathname } = useLocation();
  const heading = useRef<HTMLHeadingElement>(null);
  useDocumentTitle(title);
  useEffect(() => {
    if (lastPath !== null && lastPath !== pathname) heading.current?.focus();
    lastPath = pathname;
  }, [pathname]);
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1, mt: 2, mb: 1.5 }}>
      <Typography
        variant="h1"
        ref={heading}
        tabIndex={-1}
        sx={{ flex: '1 1 auto', overflowWrap: 'anywhere', '&:focus': { outline: 'none' } }}
      >
        {title}
      </Typography>
      {children}
    </Box>
  );
};
