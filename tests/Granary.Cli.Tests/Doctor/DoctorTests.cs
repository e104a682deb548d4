using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Granary.Cli.Doctor;
using Granary.Hardware;
using Granary.Model;

namespace Granary.Cli.Tests.Doctor;

public sealed class DoctorTests
{
    [Fact]
    public void A_control_group_that_cannot_be_written_limits_and_says_what_would_help()
    {
        var finding = MachineChecks.Groups(new CgroupFileSystem(CgroupVersion.V2, "/sys/fs/cgroup", "", "groups cannot be made in /sys/fs/cgroup: Read-only file system"));
        Assert.Equal(Verdict.Limited, finding.Verdict);
        Assert.Contains("Delegate=yes", finding.Help, StringComparison.Ordinal);
        Assert.Equal(Verdict.Ok, MachineChecks.Groups(new CgroupFileSystem(CgroupVersion.V1, "/x", "/x", "")).Verdict);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_missing()
    {
        var folder = Directory.CreateTempSubdirectory("granary-doctor-").FullName;
        try
        {
            Assert.Equal(Verdict.Ok, ServerChecks.DataDirectory(Path.Combine(folder, "a", "b")).Verdict);
            Assert.Empty(Directory.GetFileSystemEntries(folder));
            // /proc takes no files, whoever asks.
            var refused = ServerChecks.DataDirectory("/proc/granary");
            Assert.Equal(Verdict.Missing, refused.Verdict);
            Assert.Contains("--data DIR", refused.Help, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_port_that_is_taken_limits_unless_our_server_has_it()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        Assert.Equal(Verdict.Limited, ServerChecks.Port("gateway port", port, null).Verdict);
        Assert.Equal(Verdict.Ok, ServerChecks.Port("gateway port", port, $"127.0.0.1:{port}").Verdict);
        Assert.Equal(Verdict.Ok, ServerChecks.Port("http port", port, $"http://127.0.0.1:{port}/").Verdict);
    }

    [Fact]
    public void Dotnet_is_looked_for_on_the_path()
    {
        var absent = MachineChecks.Sdk(name => name == "PATH" ? "/nonexistent" : null);
        Assert.Equal(Verdict.Limited, absent.Verdict);
        Assert.Contains("https://dot.net", absent.Help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_exit_code_says_whether_something_needed_is_missing()
    {
        var cli = new Cli { Unreachable = GranaryException.Unavailable("no server answers at h:1") };
        var result = await cli.Run("doctor", "--server", "h:1");
        Assert.Equal(1, result.Code);
        Assert.Contains("server         missing   no server answers at h:1", result.Out, StringComparison.Ordinal);

        var reached = await new Cli().Run("doctor", "--server", "h:1", "-o", "json");
        using var json = JsonDocument.Parse(reached.Out);
        var states = json.RootElement.EnumerateArray().ToDictionary(f => f.GetProperty("check").GetString()!, f => f.GetProperty("state").GetString());
        Assert.Equal("limited", states["server"]);
        Assert.Equal(states.ContainsValue("missing") ? 1 : 0, reached.Code);
        Assert.Superset(new HashSet<string>(["runtime", "cores", "memory", "cgroups", "sqlite", "data", "disk"]), states.Keys.ToHashSet());
    }

    [Theory]
    [InlineData(2, "CapEff:\t000001ffffffffff", "which does not bind this user")] // all of them
    [InlineData(3, "CapEff:\t0000004000000000", "which does not bind this user")] // CAP_PERFMON
    [InlineData(2, "CapEff:\t00000000a80425fb", "processes of one user")]         // a container's root
    [InlineData(3, "CapEff:\t0000000000000000", "profiles are taken from /proc")]
    [InlineData(1, "Name:\tgranary", "the kernel included")]
    public void What_may_be_profiled_goes_by_capabilities_before_the_kernels_setting(long paranoid, string status, string told) =>
        Assert.Contains(told, HardwareChecks.Perf(new KernelInventory { PerfEventParanoid = Readings.Measured(paranoid) }, HardwareChecks.MayWatchAll([status])).Detail, StringComparison.Ordinal);

    [Fact]
    public async Task Config_says_where_each_value_came_from()
    {
        var cli = new Cli();
        cli.Variables["GRANARY_TOKEN"] = "secret-words";
        var result = await cli.Run("config", "--server", "host:9", "--data", "/tmp/x");
        Assert.Equal(0, result.Code);
        Assert.Contains(result.Lines, l => l.StartsWith("client:server ", StringComparison.Ordinal) && l.EndsWith("--server", StringComparison.Ordinal) && l.Contains("host:9", StringComparison.Ordinal));
        Assert.Contains(result.Lines, l => l.StartsWith("client:data_directory ", StringComparison.Ordinal) && l.EndsWith("--data", StringComparison.Ordinal));
        Assert.Contains(result.Lines, l => l.StartsWith("client:token ", StringComparison.Ordinal) && l.EndsWith("GRANARY_TOKEN", StringComparison.Ordinal));
        Assert.DoesNotContain("secret-words", result.Out, StringComparison.Ordinal);
    }
}
