//! The services that have roles of their own, with their names and policies.
//!
//! Spec: UG:reference_aws-services-that-work-with-iam, "Service-linked roles", and the pages of
//! the services; the policies are those of the AWS Managed Policy Reference. Observed: names,
//! policies and which take a suffix, for most of them (recorded by LocalStack's tests until
//! 2026; radkawar/stackd, recorded in 2026).
//!
//! Choice: the common ones. A service that is not here has no role of this kind.

/// A service and the role that it has.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinkedService {
    /// The service principal.
    pub(super) name: &'static str,
    /// The name of the role, without a suffix.
    pub(super) role: &'static str,
    /// The name of its policy under `aws-service-role/`.
    pub(super) policy: &'static str,
    /// Whether an account can have several such roles.
    pub(super) suffix: Suffix,
}

/// Whether the name of a role can have a suffix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suffix {
    /// Any.
    Taken,
    /// None: there is one role.
    Refused,
}

/// The service with this principal; case matters. Spec: API CreateServiceLinkedRole.
pub(super) fn find(principal: &str) -> Option<&'static LinkedService> {
    SERVICES.iter().find(|service| service.name == principal)
}

const fn linked(
    name: &'static str,
    role: &'static str,
    policy: &'static str,
    suffix: Suffix,
) -> LinkedService {
    LinkedService { name, role, policy, suffix }
}

#[rustfmt::skip]
const SERVICES: &[LinkedService] = &[
    linked("access-analyzer.amazonaws.com", "AWSServiceRoleForAccessAnalyzer", "AccessAnalyzerServiceRolePolicy", Suffix::Refused),
    linked("acm.amazonaws.com", "AWSServiceRoleForCertificateManager", "CertificateManagerServiceRolePolicy", Suffix::Refused),
    linked("autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling", "AutoScalingServiceRolePolicy", Suffix::Taken),
    linked("backup.amazonaws.com", "AWSServiceRoleForBackup", "AWSBackupServiceLinkedRolePolicyForBackup", Suffix::Refused),
    linked("batch.amazonaws.com", "AWSServiceRoleForBatch", "BatchServiceRolePolicy", Suffix::Refused),
    linked("cloudtrail.amazonaws.com", "AWSServiceRoleForCloudTrail", "CloudTrailServiceRolePolicy", Suffix::Refused),
    linked("config.amazonaws.com", "AWSServiceRoleForConfig", "AWSConfigServiceRolePolicy", Suffix::Refused),
    linked("connect.amazonaws.com", "AWSServiceRoleForAmazonConnect", "AmazonConnectServiceLinkedRolePolicy", Suffix::Taken),
    linked("dms.amazonaws.com", "AWSServiceRoleForDMSServerless", "AWSDMSServerlessServiceRolePolicy", Suffix::Refused),
    linked("ec2.application-autoscaling.amazonaws.com", "AWSServiceRoleForApplicationAutoScaling_EC2SpotFleetRequest", "AWSApplicationAutoscalingEC2SpotFleetRequestPolicy", Suffix::Refused),
    linked("ecs.application-autoscaling.amazonaws.com", "AWSServiceRoleForApplicationAutoScaling_ECSService", "AWSApplicationAutoscalingECSServicePolicy", Suffix::Refused),
    linked("dynamodb.application-autoscaling.amazonaws.com", "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable", "AWSApplicationAutoscalingDynamoDBTablePolicy", Suffix::Refused),
    linked("ecs.amazonaws.com", "AWSServiceRoleForECS", "AmazonECSServiceRolePolicy", Suffix::Refused),
    linked("eks.amazonaws.com", "AWSServiceRoleForAmazonEKS", "AmazonEKSServiceRolePolicy", Suffix::Refused),
    linked("eks-fargate.amazonaws.com", "AWSServiceRoleForAmazonEKSForFargate", "AmazonEKSForFargateServiceRolePolicy", Suffix::Refused),
    linked("eks-nodegroup.amazonaws.com", "AWSServiceRoleForAmazonEKSNodegroup", "AWSServiceRoleForAmazonEKSNodegroup", Suffix::Refused),
    linked("elasticache.amazonaws.com", "AWSServiceRoleForElastiCache", "ElastiCacheServiceRolePolicy", Suffix::Refused),
    linked("elasticbeanstalk.amazonaws.com", "AWSServiceRoleForElasticBeanstalk", "AWSElasticBeanstalkServiceRolePolicy", Suffix::Refused),
    linked("elasticfilesystem.amazonaws.com", "AWSServiceRoleForAmazonElasticFileSystem", "AmazonElasticFileSystemServiceRolePolicy", Suffix::Refused),
    linked("elasticloadbalancing.amazonaws.com", "AWSServiceRoleForElasticLoadBalancing", "AWSElasticLoadBalancingServiceRolePolicy", Suffix::Refused),
    linked("fis.amazonaws.com", "AWSServiceRoleForFIS", "AmazonFISServiceRolePolicy", Suffix::Refused),
    linked("grafana.amazonaws.com", "AWSServiceRoleForAmazonGrafana", "AmazonGrafanaServiceLinkedRolePolicy", Suffix::Refused),
    linked("guardduty.amazonaws.com", "AWSServiceRoleForAmazonGuardDuty", "AmazonGuardDutyServiceRolePolicy", Suffix::Refused),
    linked("inspector2.amazonaws.com", "AWSServiceRoleForAmazonInspector2", "AmazonInspector2ServiceRolePolicy", Suffix::Refused),
    linked("kafka.amazonaws.com", "AWSServiceRoleForKafka", "KafkaServiceRolePolicy", Suffix::Refused),
    linked("lakeformation.amazonaws.com", "AWSServiceRoleForLakeFormationDataAccess", "LakeFormationDataAccessServiceRolePolicy", Suffix::Refused),
    linked("lexv2.amazonaws.com", "AWSServiceRoleForLexV2Bots", "AmazonLexV2BotPolicy", Suffix::Taken),
    linked("macie.amazonaws.com", "AWSServiceRoleForAmazonMacie", "AmazonMacieServiceRolePolicy", Suffix::Refused),
    linked("memorydb.amazonaws.com", "AWSServiceRoleForMemoryDB", "MemoryDBServiceRolePolicy", Suffix::Refused),
    linked("mq.amazonaws.com", "AWSServiceRoleForAmazonMQ", "AmazonMQServiceRolePolicy", Suffix::Refused),
    linked("mrk.kms.amazonaws.com", "AWSServiceRoleForKeyManagementServiceMultiRegionKeys", "AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy", Suffix::Refused),
    linked("opensearchservice.amazonaws.com", "AWSServiceRoleForAmazonOpenSearchService", "AmazonOpenSearchServiceRolePolicy", Suffix::Refused),
    linked("ops.apigateway.amazonaws.com", "AWSServiceRoleForAPIGateway", "APIGatewayServiceRolePolicy", Suffix::Refused),
    linked("organizations.amazonaws.com", "AWSServiceRoleForOrganizations", "AWSOrganizationsServiceTrustPolicy", Suffix::Refused),
    linked("ram.amazonaws.com", "AWSServiceRoleForResourceAccessManager", "AWSResourceAccessManagerServiceRolePolicy", Suffix::Refused),
    linked("rds.amazonaws.com", "AWSServiceRoleForRDS", "AmazonRDSServiceRolePolicy", Suffix::Refused),
    linked("redshift.amazonaws.com", "AWSServiceRoleForRedshift", "AmazonRedshiftServiceLinkedRolePolicy", Suffix::Refused),
    linked("replication.dynamodb.amazonaws.com", "AWSServiceRoleForDynamoDBReplication", "DynamoDBReplicationServiceRolePolicy", Suffix::Refused),
    linked("replication.ecr.amazonaws.com", "AWSServiceRoleForECRReplication", "ECRReplicationServiceRolePolicy", Suffix::Refused),
    linked("resource-explorer-2.amazonaws.com", "AWSServiceRoleForResourceExplorer", "AWSResourceExplorerServiceRolePolicy", Suffix::Refused),
    linked("rolesanywhere.amazonaws.com", "AWSServiceRoleForRolesAnywhere", "AWSRolesAnywhereServicePolicy", Suffix::Refused),
    linked("securityhub.amazonaws.com", "AWSServiceRoleForSecurityHub", "AWSSecurityHubServiceRolePolicy", Suffix::Refused),
    linked("ses.amazonaws.com", "AWSServiceRoleForAmazonSES", "AmazonSESServiceRolePolicy", Suffix::Refused),
    linked("shield.amazonaws.com", "AWSServiceRoleForAWSShield", "AWSShieldServiceRolePolicy", Suffix::Refused),
    linked("spot.amazonaws.com", "AWSServiceRoleForEC2Spot", "AWSEC2SpotServiceRolePolicy", Suffix::Refused),
    linked("spotfleet.amazonaws.com", "AWSServiceRoleForEC2SpotFleet", "AWSEC2SpotFleetServiceRolePolicy", Suffix::Refused),
    linked("ssm.amazonaws.com", "AWSServiceRoleForAmazonSSM", "AmazonSSMServiceRolePolicy", Suffix::Refused),
    linked("sso.amazonaws.com", "AWSServiceRoleForSSO", "AWSSSOServiceRolePolicy", Suffix::Refused),
    linked("trustedadvisor.amazonaws.com", "AWSServiceRoleForTrustedAdvisor", "AWSTrustedAdvisorServiceRolePolicy", Suffix::Refused),
    linked("transitgateway.amazonaws.com", "AWSServiceRoleForVPCTransitGateway", "AWSVPCTransitGatewayServiceRolePolicy", Suffix::Refused),
    linked("wafv2.amazonaws.com", "AWSServiceRoleForWAFV2Logging", "WAFV2LoggingServiceRolePolicy", Suffix::Refused),
];

#[cfg(test)]
mod tests {
    use stead_types::{Arn, Path, RoleName};

    use super::*;

    #[test]
    fn every_service_has_a_role_that_can_be_made_and_a_policy_that_is_there() {
        assert!(SERVICES.is_sorted_by(|left, right| left.name != right.name));
        for service in SERVICES {
            assert_eq!(find(service.name).map(|found| found.role), Some(service.role));
            assert!(service.role.starts_with("AWSServiceRoleFor"), "{service:?}");
            let name: Result<RoleName, _> = service.role.parse();
            let path: Result<Path, _> = format!("/aws-service-role/{}/", service.name).parse();
            assert!(name.is_ok() && path.is_ok(), "{service:?}");
            let arn = format!("arn:aws:iam::aws:policy/aws-service-role/{}", service.policy);
            let arn: Arn = arn.parse().unwrap();
            assert!(stead_directory::aws_managed_policy(&arn).is_some(), "{service:?}");
        }
        assert!(find("ECS.amazonaws.com").is_none() && find("").is_none());
    }
}
