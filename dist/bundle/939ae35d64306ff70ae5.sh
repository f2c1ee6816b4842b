# carry-env.sh: what becomes of variables when an earlier release serves again. It follows dotenv.sh's text.

marks() { # FILE: `NAME checksum` of each variable, for telling which differ; never a value
  [ -e "$1" ] || return 0
  dotenv_at=0
  while dotenv_entry; do
    printf '%s %s\n' "$dotenv_name" "$(printf '%s' "$dotenv_value" | cksum | tr -d ' ')"
  done <"$1"
}

carry_env() { # FROM TO: going back takes today's values: a password that was changed since must not come back
  if [ ! -e "$base/releases/$1/.env" ]; then
    return 0
  fi
  if cmp -s "$base/releases/$1/.env" "$base/releases/$2/.env"; then
    return 0
  fi
  say "variables that differ, kept as they are today: $({ marks "$base/releases/$1/.env"; marks "$base/releases/$2/.env"; } | sort | uniq -u | cut -d ' ' -f 1 | sort -u | tr '\n' ' ')"
  (umask 077 && cp "$base/releases/$1/.env" "$base/releases/$2/.env.new") || return 1
  mv -f "$base/releases/$2/.env.new" "$base/releases/$2/.env"
}
