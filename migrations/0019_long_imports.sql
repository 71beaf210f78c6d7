-- What an import of many features with lists takes, made less, and what is told of it made complete.

-- A feature that has changed in the transaction is not changed once more with its list: it has the revision.
create or replace function xiangtu.touch_belt() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
    update xiangtu.belts set revision = revision
    where code in (select belt_code from changed)
        and revision::text is distinct from current_setting('xiangtu.revision_of_belts', true);
    return null;
end
$$;

create or replace function xiangtu.touch_station() returns trigger
language plpgsql as $$
begin
    update xiangtu.stations set revision = revision
    where code in (select station_code from changed)
        and revision::text is distinct from current_setting('xiangtu.revision_of_stations', true);
    return null;
end
$$;

-- At its end a job has done all features of its file.
create or replace function xiangtu.finish_import(job text, outcome jsonb) returns boolean
language sql volatile security definer set search_path = pg_catalog as $$
with ended as (
    update xiangtu.import_jobs
    set state = 'done', report = outcome, features = (outcome ->> 'read')::bigint, ended_at = clock_timestamp()
    where id = job and state = 'running' and not cancelled and actor = current_setting('xiangtu.actor', true)
    returning 1
)
select exists (select from ended)
$$;

---- create above / drop below ----

create or replace function xiangtu.finish_import(job text, outcome jsonb) returns boolean
language sql volatile security definer set search_path = pg_catalog as $$
with ended as (
    update xiangtu.import_jobs
    set state = 'done', report = outcome, ended_at = clock_timestamp()
    where id = job and state = 'running' and not cancelled and actor = current_setting('xiangtu.actor', true)
    returning 1
)
select exists (select from ended)
$$;

create or replace function xiangtu.touch_station() returns trigger
language plpgsql as $$
begin
    update xiangtu.stations set revision = revision
    where code in (select station_code from changed);
    return null;
end
$$;

create or replace function xiangtu.touch_belt() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
    update xiangtu.belts set revision = revision
    where code in (select belt_code from changed);
    return null;
end
$$;
