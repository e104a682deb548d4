namespace Granary.Scheduling.Placement.Scoring;

/// <summary>Names of the scores that come with Granary.</summary>
public static class ScoreNames
{
    public const string BestFit = "best-fit";
    public const string Packing = "packing";
    public const string Spread = "spread";
    public const string Fgd = "fgd";
    public const string Cost = "cost";
    public const string Energy = "energy";
    public const string Affinity = "affinity";
    public const string Locality = "locality";
    public const string Topology = "topology";
    public const string Finish = "finish";
}
