namespace Orleans.TestingHost;

/// <summary>Names and sizes of a test cluster.</summary>
public class TestClusterOptions
{
    public string ClusterId { get; set; } = "";

    public string ServiceId { get; set; } = "";

    /// <summary>The embedded host starts one silo whatever it is.</summary>
    public short InitialSilosCount { get; set; } = 1;

    public bool InitializeClientOnDeploy { get; set; } = true;
}
