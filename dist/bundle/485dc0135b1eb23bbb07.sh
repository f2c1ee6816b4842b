# lend.sh BASE PATH ENV SHARED...   lets a release that is being prepared see what an installation made by hand at PATH has
# Each SHARED path that PATH has becomes a link below <base>/shared that leads to it; a / at its end is passed over. ENV is yes where
# <PATH>/.env shall be the source of a release's .env: it is copied to <base>/shared/.env (0600).
# Changes <base>/shared only.
# Prints lent= for each path. Exit: 0, 1 (one cannot be lent: it is named), 73.
main() {
  base=$1
  path=$2
  env=$3
  shift 3
  mkdir -p "$base/shared" || die 73 "cannot create $base/shared"
  if [ "$env" = yes ] && ! cmp -s "$path/.env" "$base/shared/.env"; then
    (umask 077 && cp "$path/.env" "$base/shared/.env.new") || die 1 "cannot copy $path/.env"
    mv -f "$base/shared/.env.new" "$base/shared/.env" || die 73 "cannot write $base/shared/.env"
  fi
  for shares in "$@"; do
    lend "${shares%/}"
  done
}

lend() { # PATH
  if [ ! -e "$path/$1" ] && [ ! -L "$path/$1" ]; then
    return 0
  fi
  parent=$(dirname "$1")
  while [ "$parent" != . ]; do
    [ ! -L "$path/$parent" ] || die 1 "$1 leads through $parent, which is a link: name $parent under \`shared\` instead"
    parent=$(dirname "$parent")
  done
  aim=$path/$1
  if [ -L "$aim" ]; then
    aim=$(readlink -f "$aim") || die 1 "$1 is a link that leads nowhere"
    case $aim/ in
      "$(cd -P "$path" && pwd)"/*) die 1 "$1 is a link to $aim, which is to be adopted with all else: put it in the link's place" ;;
    esac
  fi
  at=$base/shared/$1
  mkdir -p "$(dirname "$at")" || die 73 "cannot create folders in $base/shared"
  if [ -d "$at" ] && [ ! -L "$at" ]; then
    # a folder that an earlier try has made
    rmdir "$at" 2>/dev/null || :
  fi
  if [ -e "$at" ] && [ ! -L "$at" ]; then
    die 1 "there are both $at and $path/$1: move away the one that does not count"
  fi
  if [ "$(readlink "$at")" != "$aim" ]; then
    ln -sfn "$aim" "$at" || die 73 "cannot write in $base/shared"
  fi
  print lent "$1"
}
main "$@"
