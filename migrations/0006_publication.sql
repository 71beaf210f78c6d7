-- A layer is published, or ceases to be, by a change of the layer: whoever listens hears of it, answers that were kept get
-- another name, and the audit log says who did it.
alter table xiangtu.layers add column published_since bigint not null default 0;

comment on column xiangtu.layers.published_since is
    'The revision at which the layer was last published or ceased to be; what was signed for it before is no longer good.';

create or replace function xiangtu.publish(layer text, everybody boolean) returns void
language plpgsql as $$
declare
    relation regclass;
    now_at bigint;
begin
    for relation in select xiangtu.tables_of(layer) loop
        execute format('drop policy if exists open on %s', relation);
        if everybody then
            execute format('create policy open on %s for select using (true)', relation);
        end if;
    end loop;
    if exists (select from xiangtu.layers where name = layer and published <> everybody) then
        now_at := xiangtu.next_revision(layer);
        update xiangtu.layers set published = everybody, published_since = now_at where name = layer;
    end if;
end
$$;

-- For the server's role, whose right to it is the session's: an admin of the whole map. Policies are changed under a lock
-- that waits for whoever reads the layer, and whom in turn all others wait for: not for long.
create function xiangtu.publish_by_admin(layer text, everybody boolean) returns void
language plpgsql security definer set search_path = pg_catalog set lock_timeout = '3s' as $$
begin
    if current_setting('xiangtu.role', true) is distinct from 'admin' or coalesce(current_setting('xiangtu.scope', true), '') <> '' then
        raise insufficient_privilege using message = 'only an admin of the whole map publishes a layer';
    end if;
    perform xiangtu.publish(layer, everybody);
end
$$;

-- What the signatures of URLs are made with, the same for every instance. The server's role reads it by the function.
create table xiangtu.signing (
    only_row boolean primary key default true check (only_row),
    secret   bytea not null default decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')
);

insert into xiangtu.signing default values;

create function xiangtu.signing_secret() returns bytea
language sql stable security definer set search_path = pg_catalog
return (select s.secret from xiangtu.signing as s);

revoke execute on function xiangtu.signing_secret, xiangtu.publish_by_admin from public;
grant execute on function xiangtu.signing_secret, xiangtu.publish_by_admin to xiangtu_web;

---- create above / drop below ----

drop function xiangtu.signing_secret, xiangtu.publish_by_admin;
drop table xiangtu.signing;

create or replace function xiangtu.publish(layer text, everybody boolean) returns void
language plpgsql as $$
declare
    relation regclass;
begin
    for relation in select xiangtu.tables_of(layer) loop
        execute format('drop policy if exists open on %s', relation);
        if everybody then
            execute format('create policy open on %s for select using (true)', relation);
        end if;
    end loop;
    update xiangtu.layers set published = everybody where name = layer;
end
$$;
alter table xiangtu.layers drop column published_since;
