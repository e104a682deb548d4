namespace Granary.Hardware;

/// <summary>
/// The part of the NVIDIA management library (NVML API reference) that is used, with its own return codes: 0 is success, 3 not supported by
/// this card. Amounts are in the library's units.
/// </summary>
internal interface INvml
{
    const int Success = 0;
    const int FunctionNotFound = 13;

    int Init();

    string Explain(int code);

    int DriverVersion(out string version);

    int Count(out int count);

    int Handle(int index, out nint device);

    int Name(nint device, out string name);

    int Uuid(nint device, out string uuid);

    /// <summary><c>00000000:3B:00.0</c>.</summary>
    int PciBusId(nint device, out string address);

    /// <summary>Bytes.</summary>
    int Memory(nint device, out ulong total, out ulong used);

    /// <summary>Per cent.</summary>
    int Utilization(nint device, out uint percent);

    /// <summary>Milliwatts.</summary>
    int Power(nint device, out uint milliwatts);

    /// <summary>Millijoules since the driver was loaded.</summary>
    int Energy(nint device, out ulong millijoules);

    /// <summary>Degrees Celsius.</summary>
    int Temperature(nint device, out uint celsius);

    /// <summary>1 where the card is cut into instances.</summary>
    int MigMode(nint device, out uint current);
}
