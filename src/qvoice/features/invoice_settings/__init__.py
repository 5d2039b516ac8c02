"""Who issues an account's invoices and credit notes to the accounts below it, and how they are numbered (C6)."""
