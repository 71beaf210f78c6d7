-- Room for what makes an import fast; it has a number of its own so that the ones after it keep theirs.
select;

---- create above / drop below ----

select;
