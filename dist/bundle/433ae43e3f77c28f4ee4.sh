# site.sh: functions over nginx's site of a release; they follow system.sh's text. A release has it as words, which root's program makes
# the text of; it looks at them, has nginx test them, and reloads nginx only where something is new. $lf/site is there when root may have one.

sited() { # RELEASE: has it a site?
  about "${1:--}"
  [ -e "$about/site" ]
}

sites_answer() { # is there a program of root's that would take one? An older one knows only units
  system_answers && root_does domains >/dev/null 2>&1
}

site() { # RELEASE: nginx has the site of this release, or none where it has none; empty: none
  if sited "$1"; then
    : >"$lf/site" || return 1
    root_does "site
$(cat "$about/site")" >&2
  elif [ -e "$lf/site" ]; then
    root_does site >&2 || return 1
    rm -f "$lf/site"
  fi
}
