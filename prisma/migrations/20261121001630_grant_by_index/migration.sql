-- A connection plans the statements of a function once, and the checks behind them: on tables that are
-- still empty it would go through all of their rows from then on, however many there come to be.
ALTER FUNCTION "grant_upload"(json) SET enable_seqscan = off;
