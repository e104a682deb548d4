using System.Globalization;

namespace Granary.Hardware.Tests;

/// <summary>A management library of eight cards: the last is cut into instances, those in <see cref="Lost"/> answer nothing, and a code for everything can be set.</summary>
internal sealed class FakeNvml : INvml
{
    public const int NotSupported = 3;
    public const int GpuLost = 15;

    public int Cards { get; init; } = 8;
    public HashSet<int> Lost { get; init; } = [];

    /// <summary>What power, energy and utilisation answer.</summary>
    public int Meters { get; init; }
    public int CountAnswers { get; init; }

    public static string SysfsAddress(int gpu) => string.Create(CultureInfo.InvariantCulture, $"0000:{27 + gpu:x2}:00.0");

    public int Init() => 0;

    public string Explain(int code) => code switch { NotSupported => "Not Supported", GpuLost => "GPU is lost", 9 => "Driver Not Loaded", _ => $"error {code}" };

    public int DriverVersion(out string version) => Give("570.86.15", out version);

    public int Count(out int count) => Give(Cards, out count, CountAnswers);

    public int Handle(int index, out nint device) => Give(index + 1, out device, Lost.Contains(index) ? GpuLost : 0);

    public int Name(nint device, out string name) => Give("NVIDIA A100-SXM4-40GB", out name);

    public int Uuid(nint device, out string uuid) => Give($"GPU-{device}", out uuid);

    public int PciBusId(nint device, out string address) => Give($"0000{SysfsAddress((int)device - 1).ToUpperInvariant()}", out address);

    public int Memory(nint device, out ulong total, out ulong used)
    {
        used = 1UL << 30;
        return Give(40UL << 30, out total);
    }

    public int Utilization(nint device, out uint percent) => Give(37u, out percent, Meters);

    public int Power(nint device, out uint milliwatts) => Give(251_500u, out milliwatts, Meters);

    public int Energy(nint device, out ulong millijoules) => Give(1_234_500ul, out millijoules, Meters);

    public int Temperature(nint device, out uint celsius) => Give(41u, out celsius);

    public int MigMode(nint device, out uint current) => Give(device == 8 ? 1u : 0u, out current, device == 1 ? NotSupported : 0);

    private static int Give<T>(T value, out T result, int code = 0)
    {
        result = value;
        return code;
    }
}
