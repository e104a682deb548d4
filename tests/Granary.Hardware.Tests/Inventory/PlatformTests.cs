using Granary.Model;

namespace Granary.Hardware.Tests;

public sealed class PlatformTests
{
    [Theory]
    [InlineData("QEMU", "Standard PC (Q35 + ICH9, 2009)", "", true, "kvm")]
    [InlineData("QEMU", "Standard PC (Q35 + ICH9, 2009)", "", false, "qemu")]
    [InlineData("VMware, Inc.", "VMware Virtual Platform", "", true, "vmware")]
    [InlineData("Microsoft Corporation", "Virtual Machine", "", true, "hyper-v")]
    [InlineData("Microsoft Corporation", "Surface Laptop 5", "", false, "")]
    [InlineData("Xen", "HVM domU", "", true, "xen")]
    [InlineData("", "", "xen", false, "xen")]
    [InlineData("innotek GmbH", "VirtualBox", "", true, "virtualbox")]
    [InlineData("Google", "Google Compute Engine", "", true, "kvm")]
    [InlineData("Amazon EC2", "m5.metal", "", false, "")]
    [InlineData("", "", "", true, "unknown")]
    [InlineData("Dell Inc.", "PowerEdge R7525", "", false, "")]
    public void Hypervisors(string vendor, string product, string xen, bool flag, string expected) =>
        Assert.Equal(expected, PlatformReader.Hypervisor(vendor, product, xen, flag));

    [Theory]
    [InlineData("Amazon EC2", "m5.metal", "", "aws")]
    [InlineData("Google", "Google Compute Engine", "", "gcp")]
    [InlineData("Microsoft Corporation", "Virtual Machine", "7783-7084-3265-9085-8269-3286-77", "azure")]
    [InlineData("Microsoft Corporation", "Virtual Machine", "1234", "")]
    [InlineData("Dell Inc.", "PowerEdge", "", "")]
    public void Clouds(string vendor, string product, string asset, string expected) => Assert.Equal(expected, PlatformReader.Cloud(vendor, product, asset));

    [Theory]
    [InlineData("/.dockerenv", "", "docker")]
    [InlineData("/run/.containerenv", "", "podman")]
    [InlineData("/run/systemd/container", "systemd-nspawn", "systemd-nspawn")]
    [InlineData("/var/run/secrets/kubernetes.io/token", "x", "kubernetes")]
    [InlineData("/proc/1/cgroup", "0::/kubepods/burstable/pod7", "kubernetes")]
    [InlineData("/proc/1/cgroup", "4:memory:/docker/0123abcd", "docker")]
    [InlineData("/proc/1/cgroup", "0::/lxc/box", "lxc")]
    [InlineData("/proc/1/cgroup", "0::/init.scope", "none")]
    public void Containers(string file, string content, string expected)
    {
        using var tree = new RecordedTree().With(file, content);

        Assert.Equal(Readings.Measured(expected), PlatformReader.Container(tree.Root));
    }
}
