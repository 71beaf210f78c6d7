-- A layer that was imported in the order of its codes lies so in its table until something is written to the layer, or the
-- table to another file. Who wants all of it in that order need not look first.
alter table xiangtu.layers
    add column sorted_revision bigint,
    add column sorted_file oid;

comment on column xiangtu.layers.sorted_revision is 'The revision at which the features lay in the order of their codes, in the file of sorted_file; null if that is not known.';
comment on column xiangtu.layers.sorted_file is 'pg_relation_filenode() of the table then.';

---- create above / drop below ----

alter table xiangtu.layers
    drop column sorted_revision,
    drop column sorted_file;
