using System.Threading.Channels;
using Granary.Abstractions;
using Granary.Execution.Energy;
using Granary.Execution.Tests.Support;
using Granary.Hardware;
using Granary.Hardware.Energy.Controls;
using Granary.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace Granary.Execution.Tests;

public sealed class PowerOrdersTests : IDisposable
{
    private const string Limit = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq";
    private readonly string _directory = Directory.CreateTempSubdirectory("granary-power-").FullName;
    private readonly ManualTime _time = new();
    private readonly Orders _grain = new();

    public PowerOrdersTests()
    {
        foreach (var (name, value) in new[] { ("cpuinfo_max_freq", "4000000"), ("cpuinfo_min_freq", "1000000"), ("scaling_max_freq", "4000000") }) Write($"/sys/devices/system/cpu/cpu0/cpufreq/{name}", value);
        Write("/sys/devices/system/cpu/online", "0");
    }

    private SystemRoot Root => new(_directory);

    private PowerOrders Agent(bool allowed = true) =>
        new(_grain, "n1", new PowerControls(Root, new(Path.Combine(_directory, "power.json"))), allowed, _time, NullLogger.Instance);

    [Fact]
    public async Task What_the_server_wants_is_set_and_put_back_when_it_wants_it_no_longer()
    {
        using var agent = Agent();
        _grain.Wanted = new() { Frequency = 0.5 };
        await StartAsync(agent);
        await AskedAsync(1);
        Assert.Equal("2000000", Root.Read(Limit));
        _grain.Wanted = null;
        await AskedAsync(2);
        Assert.Equal("4000000", Root.Read(Limit));
        await agent.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_minute_without_an_answer_and_a_stop_put_it_back()
    {
        using var agent = Agent();
        _grain.Wanted = new() { Frequency = 0.5 };
        await StartAsync(agent);
        await AskedAsync(1);
        _grain.Away = true;
        await AskedAsync(4);
        Assert.Equal("2000000", Root.Read(Limit)); // a server may be starting again
        await AskedAsync(5);
        Assert.Equal("4000000", Root.Read(Limit));
        _grain.Away = false;
        await AskedAsync(2);
        Assert.Equal("2000000", Root.Read(Limit));
        await agent.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal("4000000", Root.Read(Limit));
    }

    [Fact]
    public async Task What_is_refused_is_counted_until_it_is_done_or_wanted_no_longer()
    {
        using var agent = Agent();
        _grain.Wanted = new() { Frequency = 0.5 };
        var ledger = Directory.CreateDirectory(Path.Combine(_directory, "power.json.new")); // nothing can be written down: nothing may be changed
        await StartAsync(agent);
        await AskedAsync(1);
        Assert.Equal((1, "4000000"), (agent.NotMade, Root.Read(Limit)));
        Assert.StartsWith("nothing is changed", _grain.Refused, StringComparison.Ordinal);
        ledger.Delete();
        await AskedAsync(2);
        Assert.Equal((0, "2000000", ""), (agent.NotMade, Root.Read(Limit), _grain.Refused));
        File.Delete(Root.At(Limit)); // its core goes offline
        _grain.Wanted = null;
        await AskedAsync(2);
        Assert.Equal(1, agent.NotMade);
        Write(Limit, "2000000");
        await AskedAsync(2);
        Assert.Equal((0, "4000000"), (agent.NotMade, Root.Read(Limit)));
        await agent.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_an_agent_left_that_was_killed_is_put_back_even_where_nothing_may_be_changed()
    {
        new PowerControls(Root, new(Path.Combine(_directory, "power.json"))).Apply(new() { Frequency = 0.25 });
        Assert.Equal("1000000", Root.Read(Limit));
        using var agent = Agent(allowed: false);
        await agent.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal("4000000", Root.Read(Limit));
        await agent.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, _grain.Calls);
    }

    public void Dispose() => Directory.Delete(_directory, true);

    private async Task StartAsync(PowerOrders agent)
    {
        await agent.StartAsync(TestContext.Current.CancellationToken);
        await _grain.Asked.Reader.ReadAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Lets the agent ask so many times more; by then it has dealt with every answer but the last.</summary>
    private async Task AskedAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _time.Advance(PowerOrders.Every);
            await _grain.Asked.Reader.ReadAsync(TestContext.Current.CancellationToken);
        }
    }

    private void Write(string path, string value)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_directory + path)!);
        File.WriteAllText(_directory + path, value + "\n");
    }

    /// <summary>A server that says when it was asked.</summary>
    internal sealed class Orders : IEnergyGrain
    {
        public Channel<int> Asked { get; } = Channel.CreateUnbounded<int>();

        public PowerSetting? Wanted { get; set; }

        public bool Away { get; set; }

        public int Calls { get; private set; }

        public string Refused { get; private set; } = "";

        public Task<PowerSetting?> Order(string node, PowerKnobs knobs, string refused)
        {
            var answer = Away ? Task.FromException<PowerSetting?>(new TimeoutException("no answer")) : Task.FromResult(Wanted);
            Calls++;
            Refused = refused;
            Asked.Writer.TryWrite(Calls);
            return answer;
        }

        public Task<EnergyReport> Report(EnergyQuery query) => throw new InvalidOperationException();

        public Task<EnergyPlanView> Plan(double target) => throw new InvalidOperationException();

        public Task<EnergyPlanView> Apply(EnergyApply request) => throw new InvalidOperationException();

        public Task<EnergyPlanView?> Active() => throw new InvalidOperationException();

        public Task<EnergyPlanView?> Restore() => throw new InvalidOperationException();
    }
}
