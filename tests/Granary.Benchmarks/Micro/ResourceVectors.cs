using BenchmarkDotNet.Attributes;
using Granary.Model;

namespace Granary.Benchmarks.Micro;

/// <summary>Does a request fit: one cache line compared at once, beside a loop over the same sixteen numbers.</summary>
[MemoryDiagnoser]
public class ResourceVectors
{
    private const int Nodes = 1024;
    private readonly ResourceVector[] _free = new ResourceVector[Nodes];
    private readonly int[][] _plain = new int[Nodes][];
    private readonly int[] _plainRequest = new int[ResourceVector.Lanes];
    private ResourceVector _request;

    [GlobalSetup]
    public void Fill()
    {
        var random = new Random(7);
        for (var n = 0; n < Nodes; n++)
        {
            _plain[n] = new int[ResourceVector.Lanes];
            for (var lane = 0; lane < ResourceVector.Lanes; lane++) _plain[n][lane] = random.Next(1000);
            _free[n] = new ResourceVector(_plain[n]);
        }
        for (var lane = 0; lane < ResourceVector.Lanes; lane++) _plainRequest[lane] = random.Next(200);
        _request = new ResourceVector(_plainRequest);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Nodes)]
    public int Loop()
    {
        var fits = 0;
        foreach (var free in _plain)
        {
            var ok = true;
            for (var lane = 0; lane < free.Length && ok; lane++) ok = _plainRequest[lane] <= free[lane];
            if (ok) fits++;
        }
        return fits;
    }

    [Benchmark(OperationsPerInvoke = Nodes)]
    public int Vector()
    {
        var fits = 0;
        foreach (ref readonly var free in _free.AsSpan())
            if (_request.FitsIn(free)) fits++;
        return fits;
    }
}
