using Granary.Cli.Tests.Repository;

namespace Granary.Cli.Tests.Launcher;

/// <summary><c>.ci/run</c> with a launcher and a dotnet that only answer.</summary>
public sealed class CiTests : IDisposable
{
    private const string Launcher = """
        #!/usr/bin/env bash
        echo "granary $* [${GRANARY_HOST:-}]" >>"$CALLS"
        case $1 in
            version) mkdir -p artifacts; echo "$FAKE_HOST because" >artifacts/grain-host ;;
            test) echo "${FAKE_COUNTS-5 passed, 0 failed, 1 skipped}"; exit "${FAKE_TEST_EXIT:-0}" ;;
            run) exit "${FAKE_RUN_EXIT:-0}" ;;
        esac
        """;

    private readonly FakeCheckout _checkout = new();

    public CiTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/bin/bash"), "CI needs bash");
        _checkout.Write(".ci/run", File.ReadAllText(RepositoryRoot.At(".ci", "run")), executable: true);
        _checkout.Write("granary", Launcher, executable: true);
        _checkout.Write("bin/git", "#!/bin/sh\n", executable: true);
        _checkout.Write("bin/ldconfig", "#!/bin/sh\necho ' libsqlite3.so.0 (libc6) => /x'\n", executable: true);
    }

    public void Dispose() => _checkout.Dispose();

    private (int Code, string Last) Run(string host = "Embedded", params (string Name, string Value)[] variables)
    {
        var all = variables.ToDictionary(v => v.Name, v => v.Value);
        all["FAKE_HOST"] = host;
        var (code, output, _) = _checkout.Run(all, program: Path.Combine(_checkout.Root, ".ci/run"));
        return (code, output.TrimEnd('\n').Split('\n')[^1]);
    }

    [Fact]
    public void Everything_good_is_summed()
    {
        Assert.Equal((0, "8 passed, 0 failed"), Run());
        Assert.Equal(["granary version []", "granary test [Embedded]", "format", "granary run samples/short.yaml --gateway-port 0 --http-port 0 []"],
            _checkout.Calls.Select(c => c.StartsWith("format", StringComparison.Ordinal) ? "format" : c));
    }

    [Fact]
    public void Where_Orleans_restores_both_hosts_are_tested()
    {
        Assert.Equal((0, "13 passed, 0 failed"), Run("Orleans"));
        Assert.Equal(["granary test [Orleans]", "granary test [Embedded]"], _checkout.Calls.Where(c => c.StartsWith("granary test", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("FAKE_COUNTS", "4 passed, 2 failed", "7 passed, 2 failed")]
    [InlineData("FAKE_COUNTS", "", "3 passed, 1 failed")]
    [InlineData("FAKE_TEST_EXIT", "1", "8 passed, 1 failed")]
    [InlineData("FAKE_RUN_EXIT", "1", "7 passed, 1 failed")]
    [InlineData("FAKE_FORMAT", "2", "7 passed, 1 failed")]
    public void Any_failure_makes_the_exit_code(string name, string value, string last) => Assert.Equal((1, last), Run(variables: (name, value)));
}
