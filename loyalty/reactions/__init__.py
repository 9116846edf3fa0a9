"""The only place where capabilities meet: who reacts to what, inside the transaction of the cause."""
