using System.Runtime.InteropServices;
using System.Text;

namespace Granary.Hardware;

/// <summary>NVML loaded when it is first wanted. A function that the installed version lacks answers <see cref="INvml.FunctionNotFound"/>.</summary>
internal sealed unsafe class NativeNvml : INvml
{
    // what the library says its names need: nvml.h, *_BUFFER_SIZE
    private const int NameSize = 96;

    private readonly nint _library;

    private NativeNvml(nint library) => _library = library;

    /// <param name="file">The library; the driver's package installs it under this name.</param>
    public static (INvml? Library, string WhyNot) Load(string file = "libnvidia-ml.so.1")
    {
        if (!NativeLibrary.TryLoad(file, out var handle)) return (null, $"{file} is not installed (it comes with NVIDIA's driver)");
        var library = new NativeNvml(handle);
        var code = library.Init();
        return code == INvml.Success ? (library, "") : (null, $"{file} is there and says: {library.Explain(code)}");
    }

    public int Init() => Find("nvmlInit_v2") is var f && f != 0 ? ((delegate* unmanaged[Cdecl]<int>)f)() : INvml.FunctionNotFound;

    public string Explain(int code)
    {
        var f = Find("nvmlErrorString");
        var text = f == 0 ? null : Marshal.PtrToStringUTF8((nint)((delegate* unmanaged[Cdecl]<int, byte*>)f)(code));
        return string.IsNullOrEmpty(text) ? $"error {code}" : text;
    }

    public int DriverVersion(out string version)
    {
        version = "";
        var f = Find("nvmlSystemGetDriverVersion");
        if (f == 0) return INvml.FunctionNotFound;
        var buffer = stackalloc byte[NameSize];
        var code = ((delegate* unmanaged[Cdecl]<byte*, uint, int>)f)(buffer, NameSize);
        if (code == INvml.Success) version = Text(buffer, NameSize);
        return code;
    }

    public int Count(out int count)
    {
        count = 0;
        uint found = 0;
        var f = Find("nvmlDeviceGetCount_v2");
        var code = f == 0 ? INvml.FunctionNotFound : ((delegate* unmanaged[Cdecl]<uint*, int>)f)(&found);
        if (code == INvml.Success) count = (int)Math.Min(found, 1024);
        return code;
    }

    public int Handle(int index, out nint device)
    {
        nint found = 0;
        var f = Find("nvmlDeviceGetHandleByIndex_v2");
        var code = f == 0 ? INvml.FunctionNotFound : ((delegate* unmanaged[Cdecl]<uint, nint*, int>)f)((uint)index, &found);
        device = found;
        return code;
    }

    public int Name(nint device, out string name) => String("nvmlDeviceGetName", device, out name);

    public int Uuid(nint device, out string uuid) => String("nvmlDeviceGetUUID", device, out uuid);

    public int PciBusId(nint device, out string address)
    {
        address = "";
        var f = Find("nvmlDeviceGetPciInfo_v3");
        if (f == 0) return INvml.FunctionNotFound;
        // nvmlPciInfo_t: 16 bytes of the old address, five 32-bit numbers, 32 bytes of the address
        const int Size = 16 + (5 * 4) + 32;
        var info = stackalloc byte[Size];
        var code = ((delegate* unmanaged[Cdecl]<nint, byte*, int>)f)(device, info);
        if (code == INvml.Success) address = Text(info + 36, 32);
        return code;
    }

    public int Memory(nint device, out ulong total, out ulong used)
    {
        // nvmlMemory_t: total, free, used
        var values = stackalloc ulong[3];
        values[0] = values[1] = values[2] = 0;
        var f = Find("nvmlDeviceGetMemoryInfo");
        var code = f == 0 ? INvml.FunctionNotFound : ((delegate* unmanaged[Cdecl]<nint, ulong*, int>)f)(device, values);
        (total, used) = (values[0], values[2]);
        return code;
    }

    public int Utilization(nint device, out uint percent)
    {
        // nvmlUtilization_t: gpu, memory
        var values = stackalloc uint[2];
        values[0] = values[1] = 0;
        var f = Find("nvmlDeviceGetUtilizationRates");
        var code = f == 0 ? INvml.FunctionNotFound : ((delegate* unmanaged[Cdecl]<nint, uint*, int>)f)(device, values);
        percent = values[0];
        return code;
    }

    public int Power(nint device, out uint milliwatts) => Number("nvmlDeviceGetPowerUsage", device, out milliwatts);

    public int Energy(nint device, out ulong millijoules)
    {
        ulong value = 0;
        var f = Find("nvmlDeviceGetTotalEnergyConsumption");
        var code = f == 0 ? INvml.FunctionNotFound : ((delegate* unmanaged[Cdecl]<nint, ulong*, int>)f)(device, &value);
        millijoules = value;
        return code;
    }

    public int Temperature(nint device, out uint celsius)
    {
        const int Chip = 0;
        uint value = 0;
        var f = Find("nvmlDeviceGetTemperature");
        var code = f == 0 ? INvml.FunctionNotFound : ((delegate* unmanaged[Cdecl]<nint, int, uint*, int>)f)(device, Chip, &value);
        celsius = value;
        return code;
    }

    public int MigMode(nint device, out uint current)
    {
        uint now = 0, pending = 0;
        var f = Find("nvmlDeviceGetMigMode");
        var code = f == 0 ? INvml.FunctionNotFound : ((delegate* unmanaged[Cdecl]<nint, uint*, uint*, int>)f)(device, &now, &pending);
        current = now;
        return code;
    }

    private int String(string function, nint device, out string text)
    {
        text = "";
        var f = Find(function);
        if (f == 0) return INvml.FunctionNotFound;
        var buffer = stackalloc byte[NameSize];
        var code = ((delegate* unmanaged[Cdecl]<nint, byte*, uint, int>)f)(device, buffer, NameSize);
        if (code == INvml.Success) text = Text(buffer, NameSize);
        return code;
    }

    private int Number(string function, nint device, out uint value)
    {
        uint found = 0;
        var f = Find(function);
        var code = f == 0 ? INvml.FunctionNotFound : ((delegate* unmanaged[Cdecl]<nint, uint*, int>)f)(device, &found);
        value = found;
        return code;
    }

    private nint Find(string function) => NativeLibrary.TryGetExport(_library, function, out var address) ? address : 0;

    private static string Text(byte* buffer, int size)
    {
        var bytes = new ReadOnlySpan<byte>(buffer, size);
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
