namespace Granary.Hardware.Energy;

/// <summary>The machine's energy counters, each a series of watts: <c>power.package/0</c>, <c>power.dram/0</c>, ...</summary>
internal sealed class RaplReader : IDisposable
{
    private readonly ReadBuffer _buffer;
    private readonly List<Zone> _zones = [];

    public RaplReader(SystemRoot root, SampleRow row, ReadBuffer buffer)
    {
        _buffer = buffer;
        foreach (var zone in RaplZone.Find(root))
            _zones.Add(new(zone, new(root, $"{zone.Path}/energy_uj"), new(zone.Range), row.Add(Name(zone))));
    }

    /// <summary>Reads every counter into the row.</summary>
    /// <returns>Watts of all packages and their memory; not a number when a package does not say, as where only root may read.</returns>
    public double Sample(SampleRow row, double seconds)
    {
        double sum = 0;
        var packages = 0;
        foreach (var zone in _zones)
        {
            var watts = double.NaN;
            if (!zone.File.TryRead(_buffer, out var text) || !FieldReader.TryNumber(text.TrimEnd((byte)'\n'), out var now)) zone.Counter.Forget();
            else if (zone.Counter.Advance(now, seconds) is { } joules) watts = joules / seconds;
            row.Set(zone.Place, watts);
            // cores and uncore are inside their package; the platform's counter includes what is here, and is not everywhere right
            if (zone.Of.Domain == PowerDomain.Package) (sum, packages) = (sum + watts, packages + 1);
            else if (zone.Of.Domain == PowerDomain.Dram && double.IsFinite(watts)) sum += watts;
        }
        return packages == 0 ? double.NaN : sum;
    }

    public void Dispose()
    {
        foreach (var zone in _zones) zone.File.Dispose();
    }

    private static string Name(RaplZone zone)
    {
        var metric = zone.Domain switch
        {
            PowerDomain.Package => "power.package",
            PowerDomain.Core => "power.core",
            PowerDomain.Uncore => "power.uncore",
            PowerDomain.Dram => "power.dram",
            _ => "power.platform",
        };
        return zone.Package.Length == 0 ? metric : $"{metric}/{zone.Package}";
    }

    private sealed class Zone(RaplZone of, KeptFile file, RaplCounter counter, int place)
    {
        public readonly RaplZone Of = of;
        public readonly KeptFile File = file;
        public readonly int Place = place;
        public RaplCounter Counter = counter;
    }
}
