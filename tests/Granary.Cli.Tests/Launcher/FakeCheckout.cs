using System.Diagnostics;
using Granary.Cli.Tests.Repository;

namespace Granary.Cli.Tests.Launcher;

/// <summary>The launcher in a small checkout of its own, with a dotnet that only notes what it is asked and makes the program it is asked for.</summary>
internal sealed class FakeCheckout : IDisposable
{
    private const string Dotnet = """
        #!/usr/bin/env bash
        echo "$*" >>"$CALLS"
        case $1 in
            format) exit "${FAKE_FORMAT:-0}" ;;
            restore)
                [[ -z ${FAKE_MISSING:-} ]] || { echo "probe.csproj : error NU1101: Unable to find package $FAKE_MISSING. No packages exist with this id"; exit 1; }
                ;;
            publish)
                while (($#)); do [[ $1 != -o ]] || out=$2; shift; done
                [[ -z ${FAKE_BROKEN:-} ]] || { echo "$ROOT/src/A.cs(3,1): error CS1002: ; expected [$ROOT/src/A.csproj]"; exit 1; }
                if [[ -n ${FAKE_SLOW:-} ]]; then : >"$ROOT/building"; for ((i = 0; i < 3000; i++)); do [[ ! -e $ROOT/go ]] || break; sleep 0.01; done; fi
                mkdir -p "$out"
                printf '#!/bin/sh\necho ran "$@"\nexit ${FAKE_EXIT:-0}\n' >"$out/granary"
                chmod +x "$out/granary"
                ;;
        esac
        """;

    private readonly string _calls;

    public FakeCheckout()
    {
        Root = Directory.CreateTempSubdirectory("granary-launcher-").FullName;
        _calls = Path.Combine(Root, "calls");
        // The places where a dotnet may be without a PATH are this machine's: they are taken away.
        Write("granary", File.ReadAllText(RepositoryRoot.At("granary")).Replace(" /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet", "", StringComparison.Ordinal), executable: true);
        Write("tests/run", File.ReadAllText(RepositoryRoot.At("tests", "run")));
        Write("bin/dotnet", Dotnet, executable: true);
        Write("Directory.Build.props", "<Project><PropertyGroup><OrleansVersion>10.4.0</OrleansVersion></PropertyGroup></Project>");
        Write("Directory.Build.targets", "<Project/>");
        Write("Directory.Packages.props", "<Project/>");
        Write(".editorconfig", "");
        Write("src/A.cs", "class A;");
        Write("home/.keep", "");
        Age();
    }

    public string Root { get; }

    /// <summary>What dotnet was asked, a line a call.</summary>
    public string[] Calls => File.Exists(_calls) ? File.ReadAllLines(_calls) : [];

    public int Publishes => Calls.Count(c => c.StartsWith("publish ", StringComparison.Ordinal));

    public void Write(string path, string text, bool executable = false)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        if (executable && !OperatingSystem.IsWindows()) File.SetUnixFileMode(full, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Makes every source look older than anything that is built from now on.</summary>
    public void Age()
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories).Where(p => !p.Contains("/artifacts", StringComparison.Ordinal)))
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-10));
    }

    /// <summary>A test program that was built already: what it prints and how it ends.</summary>
    public void AddTests(string name, string script)
    {
        Write($"tests/{name}/{name}.csproj", "<Project/>");
        Write($"artifacts/Embedded/bin/{name}/release/{name}", "#!/usr/bin/env bash\n" + script, executable: true);
    }

    public Process Start(string program, string folder, IReadOnlyDictionary<string, string> variables, params string[] args)
    {
        var start = new ProcessStartInfo("/usr/bin/env") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(program);
        foreach (var arg in args) start.ArgumentList.Add(arg);
        foreach (var name in (string[])["GRANARY_HOST", "GRANARY_TEST_HOST", "GRANARY_TEST_ALONE", "DOTNET_ROOT", "XDG_CONFIG_HOME"]) start.Environment.Remove(name);
        start.Environment["PATH"] = Path.Combine(Root, "bin") + ":" + Environment.GetEnvironmentVariable("PATH");
        start.Environment["HOME"] = Path.Combine(Root, "home");
        start.Environment["CALLS"] = _calls;
        start.Environment["ROOT"] = Root;
        foreach (var (name, value) in variables) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public (int Code, string Out, string Error) Run(IReadOnlyDictionary<string, string>? variables = null, string? program = null, string folder = "/", params string[] args)
    {
        using var process = Start(program ?? Path.Combine(Root, "granary"), folder, variables ?? new Dictionary<string, string>(), args);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(TimeSpan.FromSeconds(60))) throw new TimeoutException("the launcher did not end");
        return (process.ExitCode, output, error.Result);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
