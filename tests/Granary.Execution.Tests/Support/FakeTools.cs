namespace Granary.Execution.Tests.Support;

/// <summary>
/// Programs that stand for podman, docker, systemd-run and systemctl where those cannot run: they write down how they were called and do what the real ones do with processes, so that starts,
/// ends, signals and what is left behind are real.
/// </summary>
internal sealed class FakeTools : IDisposable
{
    // The container is nobody's child and has a session of its own, as conmon's or containerd's is; the client waits, and passes SIGTERM on.
    private const string Engine = """
        #!/bin/sh
        s="$(dirname "$0")/state"; mkdir -p "$s"
        printf '%s\n' "$(basename "$0") $*" >> "$s/calls"
        case "$1" in
        info|version)
          [ -f "$s/silent" ] && exec sleep 300
          [ -f "$s/down" ] && { echo "Cannot connect to the daemon" >&2; exit 1; }
          echo 5.0.1 ;;
        run)
          shift
          while [ $# -gt 0 ]; do
            case "$1" in
              --name) name=$2; shift 2 ;;
              --env-file) file=$2; shift 2 ;;
              --volume) case "$2" in *:/work) work=${2%:/work} ;; esac; shift 2 ;;
              --read-only) shift ;;
              --*) shift 2 ;;
              *) break ;;
            esac
          done
          image=$1; shift
          cp "$file" "$s/$name.env"
          [ "$image" = missing ] && { echo "Error: no such image: missing" >&2; exit 125; }
          unset GRANARY_LEASE
          while IFS= read -r line; do export "$line"; done < "$file"
          cd "$work" || exit 126
          (setsid sh -c 'p=$1; shift; sh -c '\''echo $$ > "$0.pid.new"; mv "$0.pid.new" "$0.pid"; exec "$@"'\'' "$p" "$@"; echo $? > "$p.new"; mv "$p.new" "$p.code"' sh "$s/$name" "$@" &)
          while [ ! -f "$s/$name.pid" ]; do sleep 0.01; done
          trap 'kill -TERM $(cat "$s/$name.pid") 2> /dev/null' TERM
          while [ ! -f "$s/$name.code" ]; do sleep 0.02; done
          exit "$(cat "$s/$name.code")" ;;
        inspect)
          for name; do :; done
          if [ -f "$s/$name.code" ]; then echo "exited $(cat "$s/$name.code") $([ -f "$s/oom" ] && echo true || echo false)"
          elif [ -f "$s/$name.pid" ]; then echo "running 0 false"
          else echo "no such container" >&2; exit 1; fi ;;
        rm)
          for name; do :; done
          [ -f "$s/$name.pid" ] && kill -KILL $(cat "$s/$name.pid") 2> /dev/null
          rm -f "$s/$name.pid" "$s/$name.code" ;;
        ps)
          for pid in "$s"/*.pid; do [ -f "$pid" ] && basename "$pid" .pid; done ;;
        esac
        exit 0
        """;

    private const string SystemdRun = """
        #!/bin/sh
        s="$(dirname "$0")/state"; mkdir -p "$s"
        printf '%s\n' "$(basename "$0") $*" >> "$s/calls"
        env > "$s/systemd-run.env"
        for word; do case "$word" in --unit=*) echo $$ > "$s/${word#--unit=}" ;; esac; done
        while [ "$1" != "--" ]; do shift; done
        shift
        exec "$@"
        """;

    private const string Systemctl = """
        #!/bin/sh
        s="$(dirname "$0")/state"; mkdir -p "$s"
        printf '%s\n' "$(basename "$0") $*" >> "$s/calls"
        case "$*" in *"show "*) [ -f "$s/oom" ] && echo oom-kill || echo success ;; esac
        exit 0
        """;

    public FakeTools(params string[] engines)
    {
        Path = Directory.CreateTempSubdirectory("granary-tools-").FullName;
        Directory.CreateDirectory(State);
        foreach (var engine in engines) Write(engine, Engine);
    }

    /// <summary>Where they lie; also what systemd's folder is taken to be.</summary>
    public string Path { get; }

    public string State => System.IO.Path.Combine(Path, "state");

    /// <summary>The fakes before what the machine has.</summary>
    public string SearchPath => $"{Path}:/usr/bin:/bin";

    /// <summary>Every call so far, a line each.</summary>
    public string[] Calls => File.Exists($"{State}/calls") ? File.ReadAllLines($"{State}/calls") : [];

    public FakeTools WithSystemd()
    {
        Write("systemd-run", SystemdRun);
        Write("systemctl", Systemctl);
        return this;
    }

    /// <summary>Makes a mark that the fakes look at: <c>down</c>, <c>silent</c>, <c>oom</c>.</summary>
    public void Mark(string name) => File.WriteAllText(System.IO.Path.Combine(State, name), "");

    public void Unmark(string name) => File.Delete(System.IO.Path.Combine(State, name));

    public void Dispose()
    {
        // a script that was called last may still write
        if (!SpinWait.SpinUntil(TryDelete, TimeSpan.FromSeconds(10))) throw new IOException($"{Path} cannot be removed");
    }

    private bool TryDelete()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void Write(string name, string script)
    {
        var file = System.IO.Path.Combine(Path, name);
        File.WriteAllText(file, script + "\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }
}
