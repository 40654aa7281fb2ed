from setuptools import find_packages, setup
setup(name='mmpose_ae', version='0.1.0', packages=find_packages(include=['mmpose_ae*']))
