# staging.sh: functions over a release that is being prepared, in $base/staging/<id>.<driver>. Its text follows common.sh's.

staged() { # BASE STAGING: sets base, staging and tree
  base=$1
  staging=$2
  case $staging in
    '' | [.-]* | *[!A-Za-z0-9._-]*) die 64 "'$staging' is not the name of a staging folder" ;;
  esac
  tree=$base/staging/$staging
}

# The list of all files below the working directory: `<type><sha256>  ./<path>` NUL, sorted bytewise by path.
# type: f, x (its owner may execute it), l (a symlink: the hash is that of its target).
list() {
  {
    find . -type f ! -perm -100 -print0 | xargs -0r sha256sum -z | sed -z 's/^/f/'
    find . -type f -perm -100 -print0 | xargs -0r sha256sum -z | sed -z 's/^/x/'
    # shellcheck disable=SC2016  # expanded by the inner shell
    find . -type l -print0 | xargs -0r sh -c '
      for link; do
        sum=$(readlink -n -- "$link" | sha256sum)
        printf "l%s  %s\\0" "${sum%% *}" "$link"
      done' sh
  } | LC_ALL=C sort -z -k 2
}

# below PATH: refuses a path that is not one inside the release, or that leads through a symlink of the commit
below() {
  case /$1/ in
    *//* | */../* | */./*) die 64 "'$1' is not a path inside the release" ;;
  esac
  below_part=$(dirname "$1")
  while [ "$below_part" != . ]; do
    [ ! -L "$tree/$below_part" ] || die 64 "'$1' leads through $below_part, which is a symlink in the commit"
    below_part=$(dirname "$below_part")
  done
}

# share PATH: links PATH of the release to the same path below $base/shared, which outlives releases; a / at its end: it is a folder.
# What the commit has there is moved to shared when shared lacks it, else it is left out of the release.
share() {
  shared_path=${1%/}
  below "$shared_path"
  shared_parent=$(dirname "$shared_path")
  mkdir -p "$tree/$shared_parent" "$base/shared/$shared_parent"
  shared_link=../../shared/$shared_path
  shared_rest=$shared_path
  while [ "$shared_rest" != "${shared_rest#*/}" ]; do
    shared_rest=${shared_rest#*/}
    shared_link=../$shared_link
  done
  if [ -L "$tree/$shared_path" ] && [ "$(readlink "$tree/$shared_path")" = "$shared_link" ]; then
    return 0
  fi
  if [ -e "$tree/$shared_path" ] || [ -L "$tree/$shared_path" ]; then
    if [ -e "$base/shared/$shared_path" ] || [ -L "$base/shared/$shared_path" ]; then
      say "$shared_path: the commit's own is left out, for shared has it"
    else
      say "$shared_path: the commit's own begins what is shared"
      rm -rf "$base/shared/$shared_path.$staging"
      cp -a "$tree/$shared_path" "$base/shared/$shared_path.$staging"
      mv -T "$base/shared/$shared_path.$staging" "$base/shared/$shared_path" || [ -e "$base/shared/$shared_path" ]
    fi
    rm -rf "${tree:?}/$shared_path"
  fi
  case $1 in
    */) mkdir -p "$base/shared/$shared_path" ;;
  esac
  ln -s "$shared_link" "$tree/$shared_path"
}
