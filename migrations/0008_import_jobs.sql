-- Files that were uploaded to be imported, and what became of each.
create table xiangtu.import_jobs (
    id         text collate "C" primary key check (id ~ '^[A-Z2-7]{26}$'),
    layer      text collate "C" not null references xiangtu.layers (name),
    file       text not null check (length(file) <= 200), -- the name that the client gave, for people
    size       bigint not null check (size >= 0),         -- bytes
    options    jsonb not null,
    actor      text collate "C" not null,
    role       text collate "C" not null,
    scope      text collate "C" not null,
    state      text collate "C" not null default 'queued'
        check (state in ('queued', 'running', 'done', 'refused', 'failed', 'cancelled', 'interrupted')),
    cancelled  boolean not null default false,            -- whether somebody has asked for its end
    phase      text collate "C" not null default '',
    features   bigint not null default 0,                 -- done in the phase
    bytes_read bigint not null default 0,
    report     jsonb,
    error      jsonb,
    instance   integer not null,                          -- of the server that has the file
    created_at timestamptz not null default now(),
    started_at timestamptz,
    ended_at   timestamptz,
    seen_at    timestamptz not null default now(),        -- when its server last said that it has it
    check ((ended_at is not null) = (state not in ('queued', 'running')))
);

comment on table xiangtu.import_jobs is 'Imports of uploaded files, and what became of each.';

-- A layer has one import at a time, however many servers there are.
create unique index import_jobs_running on xiangtu.import_jobs (layer) where state = 'running';
create index import_jobs_pending on xiangtu.import_jobs (instance) where ended_at is null;
create index on xiangtu.import_jobs (created_at);

-- Who made a job sees it, and the admins whose scope it lies in. They add one and ask for its end; all else that becomes
-- of it the server writes as the owner of the table.
alter table xiangtu.import_jobs enable row level security;

create policy see on xiangtu.import_jobs for select
    using (starts_with(scope, xiangtu.scope_to_edit()) and (actor = current_setting('xiangtu.actor', true) or current_setting('xiangtu.role', true) = 'admin'));
create policy add on xiangtu.import_jobs for insert
    with check (scope = xiangtu.scope_to_edit() and actor = current_setting('xiangtu.actor', true) and role = current_setting('xiangtu.role', true));
create policy change on xiangtu.import_jobs for update
    using (starts_with(scope, xiangtu.scope_to_edit()) and (actor = current_setting('xiangtu.actor', true) or current_setting('xiangtu.role', true) = 'admin'));

grant select, insert (id, layer, file, size, options, actor, role, scope, instance), update (cancelled) on xiangtu.import_jobs to xiangtu_web;

-- Ends a job in the transaction that writes its features, so that the one is never without the other. False: it is
-- cancelled, or given up by others as that of a server that is gone; then nothing may be written.
create function xiangtu.finish_import(job text, outcome jsonb) returns boolean
language sql volatile security definer set search_path = pg_catalog as $$
with ended as (
    update xiangtu.import_jobs
    set state = 'done', report = outcome, ended_at = clock_timestamp()
    where id = job and state = 'running' and not cancelled and actor = current_setting('xiangtu.actor', true)
    returning 1
)
select exists (select from ended)
$$;

---- create above / drop below ----

drop function xiangtu.finish_import;
drop table xiangtu.import_jobs;
