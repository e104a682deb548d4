using System.Globalization;
using Granary.Abstractions;
using Granary.Client;
using Granary.Model;

namespace Granary.Benchmarks.Prediction;

/// <summary>A node that is only played: it joins, is heard of each second, and sends the figures of a made load with a slow wave and noise. It runs nothing.</summary>
internal sealed class PlayedNode(GranaryClient client, int number, int agents)
{
    private readonly string[] _names =
    [
        "cpu", "memory.used", "memory.total", "net.receive", "net.transmit", "disk.read", "disk.write", "pressure.cpu.some", "pressure.memory.some", "pressure.io.some", "filesystem.used//",
        .. Enumerable.Range(0, agents).Select(a => $"agent.cpu/a{a}"),
    ];

    private readonly Random _random = new(number);
    private readonly string _session = Guid.NewGuid().ToString("N");
    private double _noise;

    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"played-{number}");

    private INodeGrain Node => client.Cluster.GetGrain<INodeGrain>(Name);

    public async Task JoinAsync()
    {
        var spec = new NodeSpec { Name = Name, Pool = TaskId.DefaultPool, Capacity = new ResourceSet { CpuMilli = 4000, MemoryMiB = 16_384 } };
        await Node.Join(new JoinRequest(_session, spec, [], "bench", await Node.Greet(_session)));
    }

    /// <summary>What an agent says each second.</summary>
    public async Task SecondAsync()
    {
        await Node.Heartbeat(_session, new NodeSample());
        await SendAsync(DateTimeOffset.UtcNow, 1, TimeSpan.FromSeconds(1));
    }

    public Task SendAsync(DateTimeOffset from, int ticks, TimeSpan step) =>
        client.Cluster.GetGrain<ITelemetryGrain>(Name).Publish(new(_names, [.. Enumerable.Range(0, ticks).Select(i => Tick(from + (i * step)))]));

    private TelemetryTick Tick(DateTimeOffset at)
    {
        _noise = (0.95 * _noise) + (0.04 * (_random.NextDouble() - 0.5));
        var cpu = (float)Math.Clamp(0.4 + (0.2 * Math.Sin((at.ToUnixTimeSeconds() / 600.0) + number)) + _noise, 0, 1);
        float[] values = [cpu, (4 + cpu) * (1L << 30), 16L << 30, 1e6f * cpu, 2e5f * cpu, 1e5f, 3e6f * cpu, Math.Max(0, cpu - 0.5f), 0, 0.01f * cpu, 0.5f, .. Enumerable.Repeat(4 * cpu / agents, agents)];
        return new(at, values, new byte[values.Length]);
    }
}
