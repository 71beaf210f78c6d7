-- A code is one feature's, also where that is hidden from whoever would give it to another: the index refuses it and says no
-- more.

-- Those of some codes that features of a layer have. It reads them past the policies, and tells of a feature nothing else.
create function xiangtu.taken_codes(layer text, codes text[]) returns setof text
language plpgsql stable security definer set search_path = pg_catalog as $$
begin
    return query execute format('select t.code::text from xiangtu.%I as t where t.code = any ($1)',
        (select l.name from xiangtu.layers as l where l.name = layer)) using codes;
end
$$;

revoke execute on function xiangtu.taken_codes from public;
grant execute on function xiangtu.taken_codes to xiangtu_web;

---- create above / drop below ----

drop function xiangtu.taken_codes;
