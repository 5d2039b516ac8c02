"""Who waits for a busy extension to be free: kept in the database, called by the worker (module `camping_feature`)."""
