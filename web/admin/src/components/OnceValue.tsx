import { Alert, Box, Button, TextField } from '@mui/material';
import { useState } from 'react';

/** A credential, shown once. It lives in the component's state alone. */
export const OnceValue = ({ label, value }: { label: string; value: string }) => {
  const [copied, setCopied] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied('Copied.');
    } catch {
      setCopied('The browser did not allow copying: select the text and copy it.');
    }
  };
  return (
    <Box>
      <Alert severity="warning" sx={{ mb: 2 }}>
        This is shown only now and cannot be shown again. Copy it to a safe place before you go on.
      </Alert>
      <TextField
        label={label}
        value={value}
        fullWidth
        multiline
        maxRows={6}
        onFocus={(event) => event.target.select()}
        slotProps={{
          htmlInput: {
            readOnly: true,
            spellCheck: false,
            autoComplete: 'off',
            style: { fontFamily: 'monospace', wordBreak: 'break-all' },
          },
        }}
      />
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 2, mt: 1 }}>
        <Button variant="outlined" autoFocus onClick={() => void copy()}>
          Copy
        </Button>
        <span role="status">{copied}</span>
      </Box>
    </Box>
  );
};
